/**
 * A user as the first word of a rule in sudoers(5), or undefined where no spelling of the name means that user alone.
 * In capitals a bare word is an alias, and ALL is everybody; quotes make it a name. "%", "+" and "#" mean groups,
 * netgroups and numbers in quotes as well.
 */
export function sudoersUser(name: string): string | undefined {
  if (/^[a-z_][a-z0-9_-]*$/.test(name)) return name;
  return /^(?![%+#!&:@])[^"\\\0-\x1f\x7f-\x9f]+$/.test(name) ? `"${name}"` : undefined;
}
