/** Returns the name, of a long one its start and end. */
export function brief(name) {
  return name.length <= 50 ? name : `${name.slice(0, 30)}…${name.slice(-15)}`;
}
