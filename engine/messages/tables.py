"""What is said of a file with a text or a table: why it cannot be read, and what was decided in reading it."""

from engine.messages.message import Plural, Template

TEMPLATES: dict[str, Template] = {
    "decoding.encoding": "The encoding must be one of {encodings}; it was given {given}.",
    "decoding.binary": (
        "The file is not text: byte {place} is the control character {sign:#04x}, as a binary file has. Save it as "
        "plain text, best in UTF-8."
    ),
    "decoding.none_fits": ("The file is not text in one of the encodings {encodings}. Save it as plain text in UTF-8."),
    "decoding.other": (
        "The file is not text in {encoding}: byte {place} does not belong to it. Choose another encoding, or save the "
        "file in UTF-8."
    ),
    "decoding.control": (
        "The file is not text: read in {encoding}, it holds control characters, as a binary file does. Choose another "
        "encoding, or save it as plain text in UTF-8."
    ),
    "decoding.read": "Read as {encoding}.",
    "decoding.likeliest": "Read as {encoding}, the likeliest encoding.",
    "decoding.wrong": Plural(
        "One place does not belong to it, at byte {first}: � stands there.",
        "{count} places do not belong to it, the first at byte {first}: � stands there.",
    ),
    "table.too_large": "The file has {size} bytes; up to {most} can be read. Keep fewer rows or columns.",
    "table.no_separator": "The separator cannot be {given}; choose one of those offered.",
    "table.no_decimal": "The decimal mark must be a point or a comma; it was given {given}.",
    "table.many_lines": "The file has more than {most} lines, most of them blank or comments. Leave those out.",
    "table.long_cell": (
        "The file could not be read as a table: a cell on line {line} has more than {most} characters."
    ),
    "table.empty": (
        "The file could not be read as a table, because no line of it holds anything. It needs a line for each row, "
        "with a comma, semicolon or tab between the columns."
    ),
    "table.columns": "The table has {count} columns; up to {most} can be read. Keep those you need.",
    "table.ragged": (
        "Line {line} of the file has {cells} cells and most lines {width}. Give every line as many, or choose the "
        "separator (a decimal comma between commas cannot be told apart)."
    ),
    "table.no_header": "No line of the table begins on line {line} of the file; choose another header.",
    "table.rows": "The table has more than {most} rows, which is the limit. Keep the rows you need.",
    "table.likeliest": "It was read as {encoding}, the likeliest encoding; others may fit as well.",
    "table.as_comma": (
        "{cell} could be read in two ways: {point} with a decimal point, {comma} with a decimal comma. It was read "
        "with a comma; change the decimal mark if that is wrong."
    ),
    "table.as_point": (
        "{cell} could be read in two ways: {point} with a decimal point, {comma} with a decimal comma. It was read "
        "with a point; change the decimal mark if that is wrong."
    ),
    "table.as_two_columns": (
        "The lines could be one column of numbers with a comma inside, or two columns. They were read as two columns; "
        "change the separator if that is wrong."
    ),
    "table.as_one_column": (
        "The lines could be one column of numbers with a comma inside, or two columns. They were read as one column; "
        "change the separator if that is wrong."
    ),
    "table.comments": Plural("Line {lines} was left out as a comment.", "Lines {lines} were left out as comments."),
    "table.blank": Plural("Line {lines} was left out: it is blank.", "Lines {lines} were left out: they are blank."),
    "table.above": Plural(
        "Line {lines} was left out, above the table: {text}.", "Lines {lines} were left out, above the table: {text}."
    ),
    "table.below": Plural(
        "Line {lines} was left out, below the table: {text}.", "Lines {lines} were left out, below the table: {text}."
    ),
    "table.trailing": "Lines end with a separator; the empty last column is left out.",
    "table.short": Plural(
        "Line {lines} has fewer cells than the {width} columns ({cells} on line {line}); what is missing counts as a "
        "gap.",
        "Lines {lines} have fewer cells than the {width} columns ({cells} on line {line}); what is missing counts as a "
        "gap.",
    ),
    "table.long": Plural(
        "Line {lines} has more cells than the {width} columns; from line {line}, {text} is left out.",
        "Lines {lines} have more cells than the {width} columns; from line {line}, {text} is left out.",
    ),
    "table.units": "Line {line} was taken as units and left out of the rows.",
    "table.names": (
        "Line {line} could be names or a row of numbers. It was taken as names; change the header if that is wrong."
    ),
    "table.and_more": "{named} and {more} more",
    "column.strange": Plural(
        "Column {column}: 1 cell is no number ({cells}).", "Column {column}: {count} cells are no number ({cells})."
    ),
    "column.cell": "line {line}: {text}",
    "column.empty_cell": "line {line}: empty",
    "column.far": Plural(
        "Column {column}: 1 value is far outside the rest ({cells}).",
        "Column {column}: {count} values are far outside the rest ({cells}).",
    ),
    "column.far_cell": "line {line}: {value}",
    "column.sentinel": Plural("It may stand for “no value”.", "They may stand for “no value”."),
}
