// What the kits use of the frameworks, so that this package builds without any of them. The apps in `e2e/kits` check the kits
// against the frameworks' own types.
declare module "@sveltejs/kit" {
  export function redirect(status: 303, location: string): never;
  export function error(status: number, message: string): never;
}
declare module "next/headers" {
  export function headers(): Promise<Headers>;
}
declare module "next/navigation" {
  export function redirect(location: string): never;
}
declare module "next/server" {
  export const NextResponse: { next(init: { request: { headers: Headers } }): Response };
}
