import { el } from "../dom.ts";
import { explain } from "../explain.ts";
import { failure, refused } from "../post.ts";
import { changes, onPress } from "../press.ts";
import { say } from "../say.ts";
import { devices, session as here } from "../session.ts";

/** A button that becomes a field for the device's name; `renamed` is called when it has another. */
export function deviceName({ id, name }: { id: string; name: string | null }, label: string, renamed: () => void): HTMLElement {
  const rename = changes(
    el("button", { type: "button", class: "link", "aria-label": `Rename ${label}` }, "Rename"),
    here.get().canMutate,
  );
  const field = el("input", { type: "text", maxlength: 64, "aria-label": `Name of ${label}`, placeholder: "Kitchen laptop" });
  const save = changes(el("button", { type: "submit", class: "button small" }, "Save"), here.get().canMutate);
  const cancel = el("button", { type: "button", class: "link" }, "Cancel");
  const alert = el("span", { class: "form-error", role: "alert" });
  const form = el("form", { class: "device-name", "aria-label": `Rename ${label}` }, field, save, cancel, alert);

  const leave = (): void => {
    form.replaceWith(rename);
    rename.focus();
  };
  onPress(rename, async () => {
    field.value = name ?? "";
    alert.textContent = "";
    rename.replaceWith(form);
    field.focus();
    field.select();
  });
  cancel.addEventListener("click", leave);
  form.addEventListener("keydown", (event) => event.key === "Escape" && leave());
  form.addEventListener("submit", (event) => event.preventDefault());
  onPress(save, async () => {
    try {
      await devices.rename(id, field.value);
    } catch (thrown) {
      alert.textContent = explain(refused(failure(thrown)).error);
      return;
    }
    leave();
    say("Name saved.");
    renamed();
  });
  return rename;
}
