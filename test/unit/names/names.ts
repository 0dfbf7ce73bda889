import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';

/** The names that saved workflows depend on: one line for each parameter, by its path, with its type and default. */

type Inner = INodeProperties | INodePropertyCollection | INodePropertyOptions;

interface Described {
	name: string;
	properties: INodeProperties[];
}

/** `amoCrm lead.create.additionalFields.price: number = 0` */
function namesOf({ name, properties }: Described): string[] {
	return properties.flatMap((property) => {
		const { resource = [], operation = [] } = (property.displayOptions?.show ?? {}) as Record<string, string[]>;
		const places = resource.flatMap((of) => (operation.length === 0 ? [of] : operation.map((what) => `${of}.${what}`)));
		return (places.length === 0 ? [''] : places).flatMap((place) => linesOf(property, place === '' ? `${name} ` : `${name} ${place}.`));
	});
}

/** All of a node, sorted: in which order parameters stand changes no workflow. */
export function frozen(described: Described[]): string[] {
	return [...new Set(described.flatMap(namesOf))].sort();
}

function linesOf(property: INodeProperties, path: string): string[] {
	const { name, type, default: standard, typeOptions } = property;
	const inner = (property.options ?? []) as Inner[];
	const choices = inner.filter((option): option is INodePropertyOptions => 'value' in option);
	const values = choices.length === 0 ? '' : ` of ${choices.map(({ value }) => String(value)).sort().join('|')}`;
	const many = typeOptions?.multipleValues ? ' (many)' : '';
	const head = `${path}${name}${condition(property)}: ${type}${many} = ${standardOf(standard)}${values}`;
	const below = inner.flatMap((option) => {
		if ('values' in option) return option.values.flatMap((value) => linesOf(value, `${path}${name}.${option.name}.`));
		return 'type' in option ? linesOf(option, `${path}${name}.`) : [];
	});
	return [head, ...below];
}

/** Long expressions, as in hidden fields of a credential, are no names: that they are there says enough. */
const standardOf = (standard: unknown): string => (typeof standard === 'string' && standard.startsWith('={{') ? 'an expression' : JSON.stringify(standard));

/** What it takes for a parameter to be there, beside the resource and the operation: n8n drops what is not shown. */
function condition({ displayOptions = {} }: INodeProperties): string {
	// Every version of the node has each name: a test of its own sees to that.
	const show = Object.entries(displayOptions.show ?? {}).filter(([name]) => !['resource', 'operation', '@version'].includes(name));
	const hide = Object.entries(displayOptions.hide ?? {}).filter(([name]) => name !== '@version');
	const parts = [...show.map(([name, values]) => `${name} ${JSON.stringify(values)}`), ...hide.map(([name, values]) => `not ${name} ${JSON.stringify(values)}`)];
	return parts.length === 0 ? '' : ` [${parts.join(', ')}]`;
}

const OF = ' of ';

interface Changes {
	/** What a saved workflow may depend on and no longer finds as it was. */
	lost: string[];
	added: string[];
}

/** A parameter that has more choices than before lost nothing. */
export function changesOf(before: string[], after: string[]): Changes {
	const [old, now] = [entriesOf(before), entriesOf(after)];
	const keeps = (line: string, choices: string[]) => now.has(line) && choices.every((choice) => now.get(line)?.includes(choice));
	return {
		lost: [...old].filter(([line, choices]) => !keeps(line, choices)).map(([line, choices]) => (now.has(line) ? `${line}: without ${choices.filter((choice) => !now.get(line)?.includes(choice)).join(', ')}` : line)),
		added: [...now].flatMap(([line, choices]) => {
			const known = old.get(line);
			const more = choices.filter((choice) => !known?.includes(choice));
			if (!known) return [line];
			return more.length === 0 ? [] : [`${line}: with ${more.join(', ')}`];
		}),
	};
}

function entriesOf(lines: string[]): Map<string, string[]> {
	return new Map(
		lines.map((line) => {
			const place = line.lastIndexOf(OF);
			return place < 0 ? [line, []] : [line.slice(0, place), line.slice(place + OF.length).split('|')];
		}),
	);
}
