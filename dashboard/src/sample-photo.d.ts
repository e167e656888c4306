/** Photographs are served beside the page, each at the address that its module says. */
declare module '*.jpg' {
  const address: string;
  export default address;
}
