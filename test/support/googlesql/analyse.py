"""Google's own analyser over statements: reads JSON from stdin, prints a list of faults (or null) per statement.

Needs the package zetasql (pip install zetasql), which carries GoogleSQL as WASM.

Input: {"tables": {name: {column: type}}, "functions": {name: [[argument types], result]},
        "groups": [[{"sql": ..., "parameters": [types], "defines": name or null, "columns": [names] or null}]]}
A group is a job's statements in order: what one defines is a table for those after it.
"""

import json
import sys

from zetasql.api import Analyzer, CatalogBuilder, TableBuilder
from zetasql.api.builders.function_builder import FunctionBuilder, SignatureBuilder
from zetasql.types import AnalyzerOptions, ArrayType, LanguageOptions, ParameterMode, Type, TypeKind
from zetasql.types import ZetaSQLBuiltinFunctionOptions

KINDS = {
    "STRING": TypeKind.TYPE_STRING,
    "INT64": TypeKind.TYPE_INT64,
    "FLOAT64": TypeKind.TYPE_DOUBLE,
    "BOOL": TypeKind.TYPE_BOOL,
    "DATE": TypeKind.TYPE_DATE,
    "TIMESTAMP": TypeKind.TYPE_TIMESTAMP,
    "TEXTS": Type(
        type_kind=TypeKind.TYPE_ARRAY,
        array_type=ArrayType(element_type=Type(type_kind=TypeKind.TYPE_STRING)),
    ),
}


def table_of(name, columns):
    builder = TableBuilder(name)
    for column, kind in columns:
        builder.add_column(column, kind)
    return builder.build()


def main():
    given = json.load(sys.stdin)
    language = LanguageOptions.maximum_features()
    language.product_mode = 1
    language.supported_statement_kinds = []
    base = CatalogBuilder("workbook").with_builtin_functions(
        ZetaSQLBuiltinFunctionOptions(language_options=language)
    )
    for name, (arguments, result) in given["functions"].items():
        signature = SignatureBuilder()
        for argument in arguments:
            signature.add_argument(KINDS[argument])
        signature.set_return_type(KINDS[result])
        built = signature.build()
        for argument in [*built.argument, built.return_type]:
            argument.num_occurrences = 1
        base.add_function(FunctionBuilder(name).add_signature(built).build())
    known = {
        name: [(column, KINDS[kind]) for column, kind in columns.items()]
        for name, columns in given["tables"].items()
    }
    answers = []
    for group in given["groups"]:
        tables = dict(known)
        for statement in group:
            catalog = base.build()
            catalog.table = [table_of(name, columns) for name, columns in tables.items()]
            options = AnalyzerOptions(language_options=language)
            options.parameter_mode = ParameterMode.PARAMETER_POSITIONAL
            options.positional_query_parameters = [
                Type(type_kind=KINDS[kind]) for kind in statement["parameters"]
            ]
            try:
                resolved = Analyzer(options, catalog).analyze_statement(statement["sql"])
                if statement["columns"]:
                    tables[statement["defines"]] = [
                        (column, TypeKind.TYPE_STRING) for column in statement["columns"]
                    ]
                elif statement["defines"]:
                    tables[statement["defines"]] = [
                        (column.name, column.column.type.type_kind)
                        for column in resolved.output_column_list
                    ]
                answers.append(None)
            except Exception as error:
                answers.append(str(error))
    json.dump(answers, sys.stdout)


main()
