/** What the script tag loads. */
import { boot } from "./boot.js";

boot(document.currentScript);
