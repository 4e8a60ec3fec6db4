import { defineConfig } from "vite";

/** Where `npm run dev` sends the calls: a running `stayd serve`. */
const server = "http://127.0.0.1:3000";

export default defineConfig({
  build: {
    target: "es2022",
    // The binary's Content-Security-Policy is `default-src 'self'` (and WebAssembly): nothing may be inlined as a data: address,
    // and no polyfill script may be written into the page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: {
    host: "127.0.0.1",
    port: 5173,
    // The client is the package beside this one.
    fs: { allow: [".", "../stayd/dist"] },
    proxy: { "/api/auth": { target: server, changeOrigin: true, headers: { origin: server } } },
  },
});
