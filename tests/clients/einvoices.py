"""Electronic invoices before the standard's own validators.

Each file is held to its schema and to the Schematron rules of EN 16931: those of Factur-X 1.09 for CII, those of CEN for UBL. A
tampered file must fail, or nothing was proved. `.ci/papers` runs it:

    einvoices.py DIRECTORY
"""

import sys
from pathlib import Path

import facturx
from lxml import etree
from saxonche import PySaxonProcessor

RULES = Path(facturx.__file__).parent / "xsd_and_schematron"
SVRL = {"svrl": "http://purl.oclc.org/dsdl/svrl"}
# A rule set that did not run finds nothing either.
FEWEST_RULES = 50

CII = RULES / "facturx-en16931"
UBL = RULES / "ubl-2.1"
SYNTAXES = {
    "cii": (next(CII.glob("*.xsl")), {"CrossIndustryInvoice": CII / "Factur-X_EN16931.xsd"}),
    "ubl": (
        UBL / "EN16931-UBL-validation.xslt",
        {kind: UBL / "maindoc" / f"UBL-{kind}-2.1.xsd" for kind in ("Invoice", "CreditNote")},
    ),
}
# One of each kind of amount and id that the rules look at: what is replaced, and by what.
TAMPERED = {
    "cii": [
        ("<ram:GrandTotalAmount>", "<ram:GrandTotalAmount>1"),
        ("<ram:DuePayableAmount>", "<ram:DuePayableAmount>1"),
        ("<ram:TaxBasisTotalAmount>", "<ram:TaxBasisTotalAmount>1"),
        ('schemeID="VA">DE', 'schemeID="VA">QQ'),
        ('unitCode="H87"', 'unitCode="NONE"'),
    ],
    "ubl": [
        ("<cbc:IssueDate>", "<cbc:Nonsense/><cbc:IssueDate>"),
        ('<cbc:TaxInclusiveAmount currencyID="EUR">', '<cbc:TaxInclusiveAmount currencyID="EUR">1'),
        ('<cbc:PayableAmount currencyID="EUR">', '<cbc:PayableAmount currencyID="EUR">1'),
        ('<cbc:TaxExclusiveAmount currencyID="EUR">', '<cbc:TaxExclusiveAmount currencyID="EUR">1'),
        ('unitCode="H87"', 'unitCode="NONE"'),
    ],
}


class Validator:
    """Both rule sets, compiled once."""

    def __init__(self, processor):
        compiler = processor.new_xslt30_processor()
        self.processor = processor
        self.rules = {name: compiler.compile_stylesheet(stylesheet_file=str(rules)) for name, (rules, _) in SYNTAXES.items()}
        self.schemas = {
            root: etree.XMLSchema(etree.parse(str(path))) for _, schemas in SYNTAXES.values() for root, path in schemas.items()
        }

    def faults(self, xml, syntax):
        """What is wrong with a document, and how many rules looked at it."""
        document = etree.fromstring(xml.encode())
        schema = self.schemas[etree.QName(document).localname]
        faults = [] if schema.validate(document) else [str(error) for error in schema.error_log]
        node = self.processor.parse_xml(xml_text=xml)
        report = etree.fromstring(self.rules[syntax].transform_to_string(xdm_node=node).encode())
        for failed in report.iterfind(".//svrl:failed-assert", SVRL):
            faults.append(f"{failed.get('id') or ''} {' '.join(''.join(failed.itertext()).split())}")
        return faults, len(report.findall(".//svrl:fired-rule", SVRL))


def main(directory):
    files = sorted(Path(directory).glob("*.xml"))
    assert files, f"there is no file in {directory}"
    looked, caught = 0, 0
    with PySaxonProcessor(license=False) as processor:
        validator = Validator(processor)
        for file in files:
            xml, syntax = file.read_text(), file.suffixes[-2].strip(".")
            faults, fired = validator.faults(xml, syntax)
            assert not faults, f"{file.name} is wrong:\n" + "\n".join(faults)
            assert fired >= FEWEST_RULES, f"{file.name}: only {fired} rules looked at it"
            looked += fired
        for syntax, changes in TAMPERED.items():
            xml = (Path(directory) / f"gross.{syntax}.xml").read_text()
            for good, bad in changes:
                tampered = xml.replace(good, bad, 1)
                assert tampered != xml, f"{syntax}: there is no {good}"
                assert tampered_is_wrong(validator, tampered, syntax), f"{syntax}: {bad} is not noticed"
                caught += 1
    print(f"   {len(files)} electronic invoices are right by {looked} checked rules; {caught} tampered ones are not")


def tampered_is_wrong(validator, xml, syntax):
    try:
        return bool(validator.faults(xml, syntax)[0])
    except etree.XMLSyntaxError:
        return True


if __name__ == "__main__":
    main(*sys.argv[1:])
