import { fail } from '@dpone/sdk';

/** A name in the forms that a package needs. */
export interface Names {
  /** `my-shop`: the type id, part of file and package names. */
  readonly id: string;
  /** `myShop` */
  readonly camel: string;
  /** `MyShop` */
  readonly pascal: string;
  /** `my_shop` */
  readonly snake: string;
}

/** Throws DPONE_USAGE where the name cannot be a type id. */
export function namesOf(name: string): Names {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 50)
    throw fail(
      'DPONE_USAGE',
      `"${name}" is no name: use lower-case letters, digits and single dashes, a letter first.`,
      {
        where: 'NAME',
      },
    );
  const pascal = name.replaceAll(/(?:^|-)(\w)/g, (_match, letter: string) => letter.toUpperCase());
  return {
    id: name,
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    pascal,
    snake: name.replaceAll('-', '_'),
  };
}

/** The template's placeholder in every form, replaced. */
export const renamed = (text: string, names: Names): string =>
  text
    .replaceAll(/acme(?=_)/g, names.snake)
    .replaceAll(/acme(?=[A-Z])/g, names.camel)
    .replaceAll('Acme', names.pascal)
    .replaceAll('acme', names.id);
