declare namespace App {
  interface Locals {
    session: import("stayd/server").Reading["data"];
  }
}
