// The same page, told by the server what becomes of its session.
import { connectPush } from "stayd/push";
import { start } from "./stayd-session.mjs";

connectPush(start());
