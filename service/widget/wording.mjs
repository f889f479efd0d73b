// All languages have the same texts: their names ship once, with English.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { transform } from "esbuild";

export const namedOnce = {
  name: "named once",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]wording[\\/]zh-\w+\.ts$/ }, async ({ path }) => {
      const [, english] = await exported(join(dirname(path), "en.ts"));
      const [name, texts] = await exported(path);
      const values = JSON.stringify(Object.keys(english).map((key) => texts[key]));
      const contents = `import { en } from "./en.js";
const values = ${values};
export const ${name} = Object.fromEntries(Object.keys(en).map((name, at) => [name, values[at]]));`;
      return { contents, loader: "js" };
    });
  },
};

async function exported(path) {
  const { code } = await transform(await readFile(path, "utf8"), { loader: "ts", format: "esm" });
  return Object.entries(await import(`data:text/javascript,${encodeURIComponent(code)}`))[0];
}
