// How an entry is made small. In two steps: where inner names are already short when it compresses, it makes 20 bytes more of it.
import { minify } from "terser";

/** Names that pass between our own modules and no further. */
const INNER = /^(leapt|rejection|recording|withdraw|moment|settle|lease|idle|hint|stored|person|attempt|sent|answer|deadline|last|run|take|tell|text|age|fresh|ask|read|write|giveUp|renews|view)$/;
const MODULE = { module: true, ecma: 2022 };

/** An entry's text with less in it; `how` are further options of terser's. */
export const compressed = (text, how) =>
  minify(text, {
    ...MODULE,
    // Functions stay where they are written: beside the module's text, so that gzip meets it as one piece.
    // What is `unsafe`: templates become sums of texts.
    compress: { passes: 3, unsafe: true, unsafe_arrows: true, reduce_funcs: false, hoist_funs: true, inline: 0 },
    mangle: false,
    ...how,
  });

/** What is compressed, with short names; those between modules too where the session itself is in it. */
export const shortened = (text, entry, how) =>
  minify(text, {
    ...MODULE,
    compress: false,
    mangle: ["index", "js"].includes(entry) ? { properties: { regex: INNER, builtins: true } } : true,
    // React's server components know by it that this runs in browsers.
    format: entry === "adapters/react" ? { preamble: '"use client";' } : {},
    ...how,
  });
