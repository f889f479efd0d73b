// Builds src/index.ts into dist/widget.js: the same bytes from the same lock file, wherever and whenever it runs.
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";
import { shortened } from "./templates.mjs";
import { namedOnce } from "./wording.mjs";

const MOST_BYTES = 25_000;
const folder = fileURLToPath(new URL(".", import.meta.url));

const { outputFiles } = await build({
  absWorkingDir: folder,
  entryPoints: ["src/index.ts"],
  outfile: "dist/widget.js",
  bundle: true,
  minify: true,
  format: "iife",
  // What has style sheets that can be made has this, too.
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  // Told apart from lit's development build, which warns on the console.
  conditions: ["production"],
  banner: { js: "/* Footnote's chat widget, Apache-2.0. Contains Lit, © Google LLC, BSD-3-Clause. */" },
  plugins: [namedOnce, shortened],
  write: false,
});
// Terser's several passes find what is left: one byte in forty. What is called by its name twice is smaller than what
// stands in two places.
const { code } = await minify(outputFiles[0].text, {
  ecma: 2022,
  compress: { passes: 3, inline: 1, reduce_funcs: false },
  format: { comments: /Footnote/ },
});
const built = Buffer.from(code);
const zipped = gzipSync(built, { level: 9 }).length;
if (zipped >= MOST_BYTES) {
  console.error(`dist/widget.js has ${zipped} bytes with gzip; ${MOST_BYTES} is the most.`);
  process.exit(1);
}
await mkdir(new URL("dist/", import.meta.url), { recursive: true });
await writeFile(new URL("dist/widget.js", import.meta.url), built);
console.log(`dist/widget.js: ${built.length} bytes, ${zipped} with gzip`);
