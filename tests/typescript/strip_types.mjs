// Erases the types of what `gyre wire schema --lang typescript` prints and of gyre_memorypack.ts,
// so that a node that knows no TypeScript runs what a user gets. No general tool: it relies on what
// those files promise. Object keys stand in quotes; a ternary has spaces round its colon; nothing
// but a type follows `name: ` or `): `; `<` that follows a name and no space opens type arguments;
// type aliases begin a line. What comes out is what the TypeScript compiler makes of them.

/** The end of the type that begins at `i`. */
function typeEnd(text, i) {
  for (;;) {
    i = operandEnd(text, i);
    const more = /^ [|&] /.exec(text.slice(i, i + 3));
    if (!more) return i;
    i += 3;
  }
}

function operandEnd(text, i) {
  const prefix = /^(?:(?:keyof|typeof|readonly) )+/.exec(text.slice(i));
  if (prefix) i += prefix[0].length;
  if (text[i] === "(") {
    i = closing(text, i) + 1;
    if (text.startsWith(" => ", i)) return typeEnd(text, i + 4);
  } else {
    const name = /^[\w.]+|^"[^"]*"/.exec(text.slice(i));
    if (!name) throw new Error("no type here: " + text.slice(i, i + 40));
    i += name[0].length;
    if (text[i] === "<") i = closing(text, i) + 1;
  }
  while (text[i] === "[") i = closing(text, i) + 1;
  return i;
}

/** The bracket that closes the one at `i`. An arrow's head is none. */
function closing(text, i) {
  for (let depth = 0; i < text.length; i++) {
    if ("([{<".includes(text[i])) depth++;
    if (")]}".includes(text[i]) || (text[i] === ">" && text[i - 1] !== "=")) depth--;
    if (depth === 0) return i;
  }
  throw new Error("a bracket is not closed");
}

/** The text without what stands for types. */
export function stripTypes(text) {
  let out = "";
  for (let i = 0; i < text.length; ) {
    const rest = text.slice(i, i + 400);
    const previous = out.at(-1) ?? "\n";
    const verbatim = /^(?:\/\/[^\n]*|\/\*[^]*?\*\/|"(?:\\.|[^"\\])*"|`[^`]*`)/.exec(text.slice(i));
    if (verbatim) {
      out += verbatim[0];
      i += verbatim[0].length;
    } else if (previous === "\n" && /^(?:export )?type /.test(rest)) {
      i = text.indexOf(";\n", i) + 2;
    } else if (/^readonly /.test(rest) && /\s/.test(previous)) {
      i += "readonly ".length;
    } else if (rest.startsWith(" as ")) {
      i += " as ".length;
      i = rest.startsWith(" as const") ? i + "const".length : typeEnd(text, i);
    } else if (rest.startsWith(": ") && /[\w)]/.test(previous)) {
      i = typeEnd(text, i + 2);
    } else if (text[i] === "<" && /\w/.test(previous)) {
      i = closing(text, i) + 1;
    } else if (rest.startsWith("!") && previous === "]" && text[i + 1] !== "=") {
      i++;
    } else {
      out += text[i++];
    }
  }
  return out;
}
