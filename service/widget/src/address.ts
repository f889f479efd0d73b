/** Where the service is: where the script came from, unless the page says otherwise. */

let home = "";

/** Remember where the script came from. */
export function cameFrom(address: string): void {
  home = new URL(".", address).href;
}

/** The address of a service as the page gives it, absolute and with a slash at its end; null where there is none. */
export function serviceAddress(given: string | null): string | null {
  const address = given?.trim() || home;
  try {
    const { origin, pathname, protocol } = new URL(address, document.baseURI);
    return protocol === "https:" || protocol === "http:" ? `${origin}${pathname.replace(/\/*$/, "/")}` : null;
  } catch {
    return null;
  }
}
