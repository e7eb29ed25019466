/** ESLint's recommended rules; names that do not exist are found by TypeScript. */

import js from "@eslint/js";

export default [
  { ignores: ["build/"] },
  js.configs.recommended,
  {
    rules: {
      "no-undef": "off",
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "max-lines-per-function": ["error", 40],
      "max-params": ["error", 4],
      eqeqeq: "error",
      "prefer-const": "error",
      "no-var": "error",
    },
  },
];
