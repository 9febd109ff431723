"""Small arrays that live figures ship: trained by this project, each beside the script that made it."""
