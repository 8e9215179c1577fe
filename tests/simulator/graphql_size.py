"""The size of a GraphQL operation, computed before it runs: bounds of connections, nodes and points."""

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from .world import Json

PAGE_MAX = 100
NODES_MAX = 500_000


class Size:
    """Walks an operation as GitHub does before running it: bounds of connections, nodes and points."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Json) -> None:
        self._schema, self._variables = schema, variables
        fragments = [d for d in document.definitions if isinstance(d, FragmentDefinitionNode)]
        self._fragments = {f.name.value: f for f in fragments}
        self._defaults: Json = {}
        self.problems: list[Json] = []
        self.nodes = 0
        self.requests = 0

    @property
    def cost(self) -> int:
        return max(1, round(self.requests / 100))

    def measure(self, operation: OperationDefinitionNode, mutation: bool) -> None:
        for definition in operation.variable_definitions or ():
            if isinstance(definition.default_value, IntValueNode):
                self._defaults[definition.variable.name.value] = int(definition.default_value.value)
        root = self._schema.mutation_type if mutation else self._schema.query_type
        self._walk(operation.selection_set, root, 1, [operation.operation.value])
        if self.nodes > NODES_MAX:
            message = (
                f"This query requests up to {self.nodes:,} possible nodes which exceeds the maximum limit of "
                f"{NODES_MAX:,}."
            )
            self.problems.append({"type": "MAX_NODE_LIMIT_EXCEEDED", "message": message})

    def _walk(self, selections: SelectionSetNode, parent: object, times: int, path: list[str]) -> None:
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                self._field(selection, parent, times, path)
            elif isinstance(selection, InlineFragmentNode):
                name = selection.type_condition.name.value if selection.type_condition else None
                self._walk(selection.selection_set, self._schema.get_type(name) if name else parent, times, path)
            elif isinstance(selection, FragmentSpreadNode):
                fragment = self._fragments[selection.name.value]
                target = self._schema.get_type(fragment.type_condition.name.value)
                self._walk(fragment.selection_set, target, times, path)

    def _field(self, field: FieldNode, parent: object, times: int, path: list[str]) -> None:
        if not field.selection_set or not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            return
        if field.name.value not in parent.fields:
            return
        kind = get_named_type(parent.fields[field.name.value].type)
        here = [*path, field.alias.value if field.alias else field.name.value]
        inner = {s.name.value for s in field.selection_set.selections if isinstance(s, FieldNode)}
        fragments = any(not isinstance(s, FieldNode) for s in field.selection_set.selections)
        if kind.name.endswith("Connection") and (inner & {"nodes", "edges"} or fragments):
            count = self._bounds(field, here)
            self.requests += times
            self.nodes += times * count
            times *= count
        self._walk(field.selection_set, kind, times, here)

    def _bounds(self, field: FieldNode, path: list[str]) -> int:
        values = {a.name.value: self._integer(a.value) for a in field.arguments or ()}
        name = field.name.value
        chosen = next((k for k in ("first", "last") if values.get(k) is not None), None)
        where = {"path": path, "locations": _locations(field)}
        if chosen is None:
            message = f"You must provide a `first` or `last` value to properly paginate the `{name}` connection."
            self.problems.append({"type": "MISSING_PAGINATION_BOUNDARIES", **where, "message": message})
            return 1
        count = values[chosen] or 0
        if count > PAGE_MAX:
            message = (
                f"Requesting {count} records on the `{name}` connection exceeds the `{chosen}` limit of "
                f"{PAGE_MAX} records."
            )
            self.problems.append({"type": "EXCESSIVE_PAGINATION", **where, "message": message})
        elif count < 1:
            message = f"`{chosen}` on the `{name}` connection cannot be less than one."
            self.problems.append({"type": "ARGUMENT_LIMIT", **where, "message": message})
        return max(count, 1)

    def _integer(self, value: object) -> int | None:
        if isinstance(value, IntValueNode):
            return int(value.value)
        if isinstance(value, VariableNode):
            given = self._variables.get(value.name.value, self._defaults.get(value.name.value))
            return given if isinstance(given, int) else None
        return None


def _locations(field: FieldNode) -> list[Json]:
    at = field.loc.start_token if field.loc else None
    return [{"line": at.line, "column": at.column}] if at else []
