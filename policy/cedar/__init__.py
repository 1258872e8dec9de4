"""The Cedar language, exactly: values, syntax with spans, the compiled program."""
