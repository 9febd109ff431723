// On every page of a site with exercises; the build puts `LiveCourse` before it.
import { showProgress } from "./progress.js";
import { onProgress } from "./store.js";

showProgress();
onProgress(showProgress);
