// What a minifier leaves alone, because it is text to it: white space in templates of HTML, and all of style sheets, where
// a property that no page sets has a shorter name.
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { transform } from "esbuild";

const defined = readFileSync(new URL("src/styles.ts", import.meta.url), "utf8").matchAll(/(--(?!footnote)[\w-]+):/g);
const names = [...new Set(Array.from(defined, ([, name]) => name))];
const shorter = (name) => (names.includes(name) ? `--${String.fromCharCode(97 + names.indexOf(name))}` : name);

export const shortened = {
  name: "shortened",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/][^\\/]+\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const sheets = source.split(/\bcss`([^`]*)`/);
      for (let at = 1; at < sheets.length; at += 2) {
        const { code } = await transform(sheets[at], { loader: "css", minify: true });
        sheets[at] = `css\`${code.trim().replace(/--[\w-]+/g, shorter)}\``;
      }
      return { contents: collapsed(sheets.join("")), loader: "ts" };
    });
  },
};

// Line breaks and indents of html`…` become one space; expressions in it, and templates in those, are walked as well.
function collapsed(source) {
  const within = [];
  let made = "";
  for (let at = 0; at < source.length; at++) {
    const place = within.at(-1);
    const template = place === "html" || place === "text";
    if (source[at] === "`") {
      if (template) within.pop();
      else within.push(source.endsWith("html", at) ? "html" : "text");
    } else if (template && source.startsWith("${", at)) {
      within.push("code");
      made += source[at++];
    } else if (place === "code" && source[at] === "{") within.push("code");
    else if (place === "code" && source[at] === "}") within.pop();
    else if (place === "html" && source[at] === "\n") {
      made = made.trimEnd();
      while (/\s/.test(source[at + 1])) at++;
    }
    made += source[at];
  }
  return made;
}
