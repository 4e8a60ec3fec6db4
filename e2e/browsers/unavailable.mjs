import { accessSync, constants } from "node:fs";

/** The browser is not there, or has no way to do what was asked. */
export class Unavailable extends Error {
  name = "Unavailable";
}

/** Rejects with what to install where a program is missing. */
export function requireProgram(path, debianPackage) {
  try {
    accessSync(path, constants.X_OK);
  } catch (cause) {
    throw new Unavailable(`${path} is missing: apt-get install --no-install-recommends ${debianPackage}`, { cause });
  }
}
