// Compiles the one stylesheet and copies the scripts that pages load, with their maps, into static/govuk/built/.
// Nothing of gov.uk's own is copied: neither the GDS Transport font, nor the crown, nor its images.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../../../..");
const packages = join(root, "node_modules");
const built = resolve(here, "../static/govuk/built");

const copies = [
  [packages, "govuk-frontend/dist/govuk/govuk-frontend.min.js"],
  [packages, "govuk-frontend/dist/govuk/govuk-frontend.min.js.map"],
  [packages, "htmx.org/dist/htmx.min.js"],
  [here, "early.js"],
  [here, "heard.js"],
  [here, "notes.js"],
  [here, "heard.svg"],
];
// The icons that the stylesheet names, beside it.
const images = "@ministryofjustice/frontend/moj/assets/images";
const icons = ["close-cross-black", "document", "tag-remove-cross", "tag-remove-cross-white", "toggle-plus-minus"];

mkdirSync(join(built, "images"), { recursive: true });
const { css } = compile(join(here, "heard.scss"), {
  loadPaths: [root, packages],
  style: "compressed",
  quietDeps: true, // warnings of the packages are for their authors; ours still show
});
writeFileSync(join(built, "heard.css"), css);
for (const [folder, path] of copies) {
  copyFileSync(join(folder, path), join(built, path.split("/").at(-1)));
}
for (const icon of icons) {
  copyFileSync(join(packages, images, `icon-${icon}.svg`), join(built, "images", `icon-${icon}.svg`));
}
