"""Runs in every kernel of a book build: plotly figures become the page's own element instead of a plotly script tag.

Plotly's default renderer emits a MIME type that a static page cannot show, which leaves a blank output.
"""

import plotly.io as pio
from plotly.io.base_renderers import MimetypeRenderer


class _PageRenderer(MimetypeRenderer):
    def to_mimebundle(self, fig_dict):
        import plotly.graph_objects as go

        from live_figures import page

        figure = go.Figure(fig_dict)
        alt = figure.layout.title.text or "A plot; the text beside it says what it shows."
        return {"text/html": page.plot_html(figure, alt=alt)}


pio.renderers["book"] = _PageRenderer()
pio.renderers.default = "book"
