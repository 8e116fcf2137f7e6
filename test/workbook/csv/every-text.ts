/** Every text over an alphabet, from the empty one up to a length: for laws that small counterexamples would break. */
export function* everyText(alphabet: string, maxLength: number): Generator<string> {
  for (let length = 0; length <= maxLength; length += 1) {
    for (let number = 0; number < alphabet.length ** length; number += 1) {
      let text = '';
      for (let rest = number, i = 0; i < length; i += 1, rest = Math.floor(rest / alphabet.length)) {
        text += alphabet[rest % alphabet.length];
      }
      yield text;
    }
  }
}
