export { staydLoad as load } from "stayd/sveltekit";
