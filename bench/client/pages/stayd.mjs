import { start } from "./stayd-session.mjs";

start();
