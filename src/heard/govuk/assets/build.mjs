// Compiles the stylesheet of every page and that of maps, and copies the scripts that pages load, with their maps, into static/govuk/built/.
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
  [packages, "leaflet/dist/leaflet.js"],
  [packages, "leaflet/dist/leaflet.js.map"],
  [here, "early.js"],
  [here, "heard.js"],
  [here, "notes.js"],
  [here, "order.js"],
  [here, "map.mjs"],
  [here, "whole.mjs"],
  [here, "heard.svg"],
];
// The icons that the stylesheet names, beside it.
const images = "@ministryofjustice/frontend/moj/assets/images";
const icons = ["close-cross-black", "document", "tag-remove-cross", "tag-remove-cross-white", "toggle-plus-minus"];

mkdirSync(join(built, "images"), { recursive: true });
for (const sheet of ["heard", "map"]) {
  const { css } = compile(join(here, `${sheet}.scss`), {
    loadPaths: [root, packages],
    style: "compressed",
    quietDeps: true, // warnings of the packages are for their authors; ours still show
  });
  writeFileSync(join(built, `${sheet}.css`), css);
}
for (const [folder, path] of copies) {
  copyFileSync(join(folder, path), join(built, path.split("/").at(-1)));
}
for (const icon of icons) {
  copyFileSync(join(packages, images, `icon-${icon}.svg`), join(built, "images", `icon-${icon}.svg`));
}
for (const image of ["layers.png", "layers-2x.png", "marker-icon.png"]) {
  copyFileSync(join(packages, "leaflet/dist/images", image), join(built, "images", image));
}
