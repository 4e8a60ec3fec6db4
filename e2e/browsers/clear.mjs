/**
 * Runs in a page: removes what its origin has stored, except cookies. Other tabs see storage events, which they do not
 * when a person clears the site's data. Rejects where a tab holds a database open and does not heed `versionchange`.
 */
export async function clearFromInside() {
  if (location.origin === "null") return;
  localStorage.clear();
  sessionStorage.clear();
  for (const { name } of await indexedDB.databases()) {
    await new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase(name);
      request.onsuccess = resolve;
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error(`a tab holds the database ${name} open`));
    });
  }
  // Absent where the origin is not secure.
  if (globalThis.caches) for (const key of await caches.keys()) await caches.delete(key);
}
