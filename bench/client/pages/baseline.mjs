// A page with the face and no client: what the others are held against.
import { expose } from "./face.mjs";

expose({ create() {}, state: () => ({ status: "out", name: null }) });
