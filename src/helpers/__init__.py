"""Helpers of the course "Recurrent Neural Networks, Live": equations, sequences, gradients, figures, exercises."""

__version__ = "0.1.0"
