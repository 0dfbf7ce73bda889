/** A text that was cut inside an emoji ends in half a character. No address can hold it, and in JSON PHP refuses it with the whole request. */
export const wellFormed = (text: string): string => text.replace(/[\uD800-\uDFFF]/gu, '\uFFFD');
