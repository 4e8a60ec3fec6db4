// A client for the W3C WebDriver protocol, as far as these tests go.
import { request } from "node:http";
import { json } from "node:stream/consumers";
import { until } from "../until.mjs";

/** One session. Commands run one after the other: which window they are for is state of the session. */
export class WebDriver {
  #where;
  #path = "";
  #turn = Promise.resolve();

  /** `where`: a driver that has been started and may not be listening yet, as `http.request` takes it. */
  static async connect(where, alive) {
    const driver = new WebDriver();
    driver.#where = where;
    await until("the driver to answer", async () => {
      alive();
      return driver.#send("GET", "/status").catch(() => null);
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
    const answer = await new Promise((resolve, reject) => {
      const onward = request({ ...this.#where, method, path, agent: false }, resolve);
      onward.on("error", reject).end(method === "POST" ? JSON.stringify(body) : undefined);
    });
    const { value } = await json(answer);
    if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${value?.error}: ${value?.message}`);
    return value;
  }
}
