import { tell } from "../../client/story.mjs";

/** Waits until the page shows a text where it renders the session. @param {string} text */
function shows(text) {
  const place = document.querySelector("#session");
  if (place.textContent === text) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the page shows "${place.textContent}", not "${text}"`)), 90_000);
    const watcher = new MutationObserver(() => {
      if (place.textContent !== text) return;
      clearTimeout(late);
      watcher.disconnect();
      resolve();
    });
    watcher.observe(place, { childList: true, characterData: true, subtree: true });
  });
}

/**
 * Gives the test two things to call: the story, and the client itself. What the story needs from outside the page
 * (`mailLink`, `deviceSignIn`, `deviceIsSignedIn`) the test has put on the window.
 * @param {any} client
 */
export function stage(client) {
  window.client = client;
  window.tellStory = async (email) => {
    let step = "";
    try {
      await tell({
        client,
        email,
        shows,
        letter: (address) => window.mailLink(address),
        device: { signIn: (...person) => window.deviceSignIn(...person), isSignedIn: () => window.deviceIsSignedIn() },
        step: (title) => { step = title; },
      });
      return "told";
    } catch (error) {
      return `${step}: ${error.message}`;
    }
  };
}
