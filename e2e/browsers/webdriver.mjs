// A client for the W3C WebDriver protocol, as far as these tests go.
import { until } from "../until.mjs";

/** One session. Commands run one after the other: which window they are for is state of the session. */
export class WebDriver {
  #address;
  #path = "";
  #turn = Promise.resolve();

  /** `address`: of a driver that has been started and may not be listening yet. */
  static async connect(address, alive) {
    const driver = new WebDriver();
    driver.#address = address;
    await until(`${address} to answer`, async () => {
      alive();
      return (await fetch(`${address}/status`).catch(() => null))?.ok;
    });
    const { sessionId } = await driver.#send("POST", "/session", { capabilities: {} });
    driver.#path = `/session/${sessionId}`;
    return driver;
  }

  /** A command that is for no window in particular. */
  ask(method, path, body) {
    return this.#inTurn(() => this.#send(method, this.#path + path, body));
  }

  /** A command for a window. */
  askWindow(handle, method, path, body) {
    return this.#inTurn(async () => {
      await this.#send("POST", `${this.#path}/window`, { handle });
      return this.#send(method, this.#path + path, body);
    });
  }

  #inTurn(command) {
    const result = this.#turn.then(command);
    this.#turn = result.catch(() => {});
    return result;
  }

  async #send(method, path, body = {}) {
    const answer = await fetch(this.#address + path, { method, body: method === "POST" ? JSON.stringify(body) : undefined });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${value?.error}: ${value?.message}`);
    return value;
  }
}
