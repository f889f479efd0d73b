// The modules that need no page, built for Node.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const MODULES = ["sse", "token", "turn", "types", "texts", "waiting", "problem"];

const { outputFiles } = await build({
  stdin: {
    contents: MODULES.map((name) => `export * from "./${name}.js";`).join("\n"),
    resolveDir: fileURLToPath(new URL("../src", import.meta.url)),
  },
  bundle: true,
  format: "esm",
  target: "es2022",
  write: false,
});
// Node has it from version 21 on.
if (!globalThis.navigator) globalThis.navigator = { onLine: true };
const code = Buffer.from(outputFiles[0].contents).toString("base64");

export const widget = await import(`data:text/javascript;base64,${code}`);
