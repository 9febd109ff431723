// A page of MyST's as far as an anywidget sees it: the renderer of its theme, in the React that this theme runs on.
import { ANY_RENDERERS } from "@myst-theme/anywidget";
import { createElement } from "react";
import { createRoot } from "react-dom/client";

const root = createRoot(document.querySelector("#figure"));
window.show = (node) => root.render(createElement(ANY_RENDERERS.anywidget, { node }));
window.leave = () => root.unmount();
