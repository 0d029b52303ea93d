// Many large reports must not make one answer without bound, whatever page was asked for.

/** How many characters the reports or events of one answer may have. */
export const answerCharactersMax = 4_194_304

/** The first items that one answer holds, and at least one, so that a reader always gets on. */
export function withinAnswer<Item>(
  items: readonly Item[],
  contentOf: (item: Item) => unknown,
  charactersMax = answerCharactersMax,
): Item[] {
  let characters = 0
  const end = items.findIndex((item, index) => {
    characters += JSON.stringify(contentOf(item)).length
    return index > 0 && characters > charactersMax
  })
  return end < 0 ? [...items] : items.slice(0, end)
}
