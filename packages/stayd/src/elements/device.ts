/** What a user agent contains, and what that is. Order matters: Edge also calls itself Chrome, and everything calls itself Safari. */
const BROWSERS = "Edg:Edge,OPR:Opera,Samsung:Samsung Internet,Firefox:,FxiOS:Firefox,Chrome:,CriOS:Chrome,Safari:,curl:";
const SYSTEMS = "iPhone:,iPad:,Android:,Windows:,Mac OS:macOS,CrOS:ChromeOS,Linux:";

function find(table: string, text: string): string | undefined {
  for (const row of table.split(",")) {
    const [part, name] = row.split(":");
    if (text.includes(part!)) return name || part;
  }
  return undefined;
}

/** A user agent in a few words: its browser and its system, where they are known. */
export const device = (userAgent: string | null): [browser: string | undefined, system: string | undefined] => [
  find(BROWSERS, userAgent ?? ""),
  find(SYSTEMS, userAgent ?? ""),
];
