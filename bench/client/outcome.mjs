// What a row says of a peer. Only `measured` carries numbers; the others carry their reason.

/** @param {string} text what the table shows  @param {object} figures the numbers behind it */
export const measured = (text, figures) => ({ kind: "measured", text, figures });
/** It was waited for and did not happen. */
export const never = (text, figures = {}) => ({ kind: "never", text: `never (${text})`, figures });
export const doesNotApply = (reason) => ({ kind: "does not apply", text: `does not apply: ${reason}`, figures: {} });
export const couldNotRun = (reason) => ({ kind: "could not run", text: `could not run: ${reason}`, figures: {} });
