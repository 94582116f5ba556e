"""What the pages share: the visitor's session, widgets for spec fields, pictures, the header, the layer list."""
