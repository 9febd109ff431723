// A sentence with its placeholders filled in.

export const filled = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
