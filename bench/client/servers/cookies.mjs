/** The cookies of a request, by name. */
export function cookies(request) {
  const pairs = (request.headers.cookie ?? "").split("; ").map((pair) => {
    const cut = pair.indexOf("=");
    return [pair.slice(0, cut), pair.slice(cut + 1)];
  });
  return Object.fromEntries(pairs);
}
