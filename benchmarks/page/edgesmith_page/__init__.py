"""The pages of edgesmith, in the folder `static` beside this file; `edgesmith.runtime.web` serves them."""
