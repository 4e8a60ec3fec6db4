type Host = { process?: { getBuiltinModule?(name: string): unknown } };

/**
 * A module of Node, where this runs in Node or in something that offers the same. Asked for at run time, so that no bundle for
 * another place names a module that is not there.
 */
export function builtin<T>(name: string): T | undefined {
  try {
    return (globalThis as Host).process?.getBuiltinModule?.(name) as T | undefined;
  } catch {
    return undefined;
  }
}
