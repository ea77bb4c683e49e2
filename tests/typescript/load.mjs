// Loads the generated module from a folder: as it is where node strips types by itself, else with
// its types erased here.

import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { stripTypes } from "./strip_types.mjs";

export async function load(folder) {
  const url = (name) => pathToFileURL(path.resolve(folder, name)).href;
  if (process.features.typescript) {
    const runtime = await import(url("gyre_memorypack.ts"));
    return { ...runtime, ...(await import(url("messages_native.ts"))) };
  }
  fs.writeFileSync(path.join(folder, "package.json"), '{"type": "module"}\n');
  for (const name of ["gyre_memorypack", "messages"]) {
    const text = fs.readFileSync(path.join(folder, name + ".ts"), "utf8");
    fs.writeFileSync(path.join(folder, name + ".js"), stripTypes(text));
  }
  return { ...(await import(url("gyre_memorypack.js"))), ...(await import(url("messages.js"))) };
}
