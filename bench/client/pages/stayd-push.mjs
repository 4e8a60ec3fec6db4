// The same page, told by the server what becomes of its session.
import { connectPush } from "stayd/push";
import { session } from "./stayd.mjs";

connectPush(session);
