import type { StaydLocals } from "stayd/sveltekit";

declare global {
  namespace App {
    interface Locals extends StaydLocals {}
  }
}
