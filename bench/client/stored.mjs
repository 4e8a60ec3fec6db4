// What stayd remembers in a browser, made older than its session's life.

/** More than the seven days that a session lives. */
const EIGHT_DAYS = 8 * 86_400_000;

/** In a page of the site without a client, which would write it anew. */
export const age = (page) => page.evaluate(ageStored, EIGHT_DAYS);

async function ageStored(ms) {
  const hint = JSON.parse(localStorage.getItem("stayd.session"));
  localStorage.setItem("stayd.session", JSON.stringify({ ...hint, at: hint.at - ms }));
  if (!globalThis.indexedDB) return;
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open("stayd", 1);
    request.onsuccess = () => resolve(request.result);
    request.onerror = reject;
  });
  const transaction = database.transaction("records", "readwrite");
  const records = transaction.objectStore("records");
  records.get("stayd").onsuccess = ({ target: { result } }) => result && records.put({ ...result, at: result.at - ms }, "stayd");
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = reject;
  });
  database.close();
}
